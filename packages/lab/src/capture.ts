import { writeSync } from "node:fs";
import { createLoop } from "./probe/loop.ts";
import { AF_PACKET, EPOLLIN, ETH_P_ALL, openSocket, receiveData, SOCK_RAW } from "./sys/libc.ts";

/**
 * A program for one namespace, started in it: writes every packet that comes or goes there to standard output, as Wireshark and tcpdump
 * read it (the classic pcap format), until it is ended. tcpdump itself gives its rights away first, which a user namespace refuses.
 */

const ethernet = 1;
const longest = 65_535;

const head = Buffer.alloc(24);
head.writeUInt32LE(0xa1b2c3d4, 0);
head.writeUInt16LE(2, 4);
head.writeUInt16LE(4, 6);
head.writeUInt32LE(longest, 16);
head.writeUInt32LE(ethernet, 20);
writeSync(1, head);

const loop = createLoop();
const socket = openSocket(AF_PACKET, SOCK_RAW, ETH_P_ALL);
const packet = Buffer.alloc(longest);
loop.watch(socket, EPOLLIN, () => {
  for (let length = receiveData(socket, packet); length > 0; length = receiveData(socket, packet)) {
    const now = performance.timeOrigin + performance.now();
    const record = Buffer.alloc(16);
    record.writeUInt32LE(Math.floor(now / 1000), 0);
    record.writeUInt32LE(Math.floor((now % 1000) * 1000), 4);
    record.writeUInt32LE(length, 8);
    record.writeUInt32LE(length, 12);
    writeSync(1, Buffer.concat([record, packet.subarray(0, length)]));
  }
});
const resting = loop.rest();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void resting.stop().then(() => process.exit(0)));
