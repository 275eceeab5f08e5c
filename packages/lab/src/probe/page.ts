/** The page that every pod serves: who answered, and whom it saw. */
export function page(name: string, address: string, caller: string): string {
  const body = `<html><head><title>Hello</title></head>
<body>
<h1>Hello</h1>
<p>This page is served by a pod</p>
<p>IP address = ${address}<br>
Hostname = ${name}</p>
<!-- client ${caller} -->
</body></html>
`;
  return `HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nX-Client: ${caller}\r\nConnection: close\r\n\r\n${body}`;
}

/** What a server says to a probe: its own number, and the address it saw. */
export function identity(place: number, caller: string): Buffer {
  return Buffer.from(`${place} ${caller}\n`);
}

export function readIdentity(data: Buffer): { readonly place: number; readonly caller: string } | undefined {
  const found = /^(\d+) (\S+)\n/.exec(data.toString("latin1"));
  return found === null ? undefined : { place: Number(found[1]), caller: found[2] as string };
}

/** What a probe says first: a connection that only listens would not notice that the server never heard of it. */
export const hello: Buffer = Buffer.from("netproof\n");
