/**
 * Whether an address lies in a block: the one comparison of prefixes.
 *
 * @param network The block's first address.
 * @param prefixLength How many leading bits count.
 * @param bytes The address; one of another length is in no block of these.
 */
export function blockHolds(network: Uint8Array, prefixLength: number, bytes: Uint8Array): boolean {
  if (bytes.length !== network.length) return false;
  const whole = prefixLength >> 3;
  for (let i = 0; i < whole; i++) {
    if (bytes[i] !== network[i]) return false;
  }
  const rest = prefixLength & 7;
  return rest === 0 || (bytes[whole] ^ network[whole]) >> (8 - rest) === 0;
}
