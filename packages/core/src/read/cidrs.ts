import { bitsOf, formatAddress, parseAddress } from "../net/address.ts";

/** `192.0.2.77/32` for `192.0.2.77/24`: what was meant if it was one address. */
export function singleOf(written: string): string {
  const address = parseAddress(written.slice(0, written.indexOf("/")));
  return address === undefined ? written : `${formatAddress(address)}/${bitsOf(address.family)}`;
}
