import { spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { closeFd, memoryFile } from "../sys/libc.ts";
import { inNamespace, type Namespace } from "../sys/netns.ts";

/** nft refused a text; the message is its own, with the place. */
class NftError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NftError";
  }
}

/**
 * Runs `nft -f` in a namespace. nft opens its standard input by name, which works with files but not with Node's pipes (these are
 * sockets): the text is handed over in a file that lives in memory only.
 */
export async function runNft(namespace: Namespace, text: string, flags: readonly string[] = []): Promise<string> {
  const file = memoryFile();
  try {
    // Written at its place, so that the descriptor still stands at the beginning.
    writeSync(file, text, 0);
    // The child inherits the namespace this thread is in when it is made.
    const child = inNamespace(namespace, () => ({
      made: spawn("nft", [...flags, "-f", "/dev/stdin"], { stdio: [file, "pipe", "pipe"] }),
    })).made;
    let [said, complaint] = ["", ""];
    child.stdout?.setEncoding("utf8").on("data", (part: string) => (said += part));
    child.stderr?.setEncoding("utf8").on("data", (part: string) => (complaint += part));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    if (code !== 0) throw new NftError(complaint.trim() || `nft ended with ${code}`);
    return said;
  } finally {
    closeFd(file);
  }
}
