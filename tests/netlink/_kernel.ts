/** Whether this kernel has what a test needs: a command that succeeds in a namespace of its own. */

/** What `testWith` takes as `kernel`: says that the kernel lacks `what` if the command fails. */
export function lacks(what: string, ...command: string[]): () => string | undefined {
  return () => {
    const { success } = new Deno.Command("unshare", {
      args: [Deno.uid() === 0 ? "-n" : "-rn", ...command],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return success ? undefined : `the kernel lacks ${what}`;
  };
}
