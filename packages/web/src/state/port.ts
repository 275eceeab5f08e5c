/** One port as the page and its links write it: `80/TCP`; TCP where no protocol is named. Undefined for what is no port of a flow. */
export function portIn(text: string): string | undefined {
  const [, number, protocol = "TCP"] = /^\s*0*(\d{1,5})(?:\/(tcp|udp|sctp))?\s*$/i.exec(text) ?? [];
  const port = Number(number);
  return port >= 1 && port <= 65_535 ? `${port}/${protocol.toUpperCase()}` : undefined;
}

/** What to write, told to whoever wrote something else. */
export const portForm = "a port is 1 to 65535 with TCP, UDP or SCTP, such as 8080/TCP";
