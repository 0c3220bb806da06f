/** What a kernel may lack of VSOCK. Without the loopback a request goes to the real hypervisor. */
export function lacksLoopback(): string | undefined {
  try {
    Deno.statSync("/sys/module/vsock_loopback");
  } catch {
    return "this kernel has no vsock_loopback";
  }
}
