/** Two namespaces: what we change in one, `ip` and `tc` change in the other. */
import { Netns } from "./_netns.ts";

/** A namespace for us, and one for them; both go in the end, however it comes. */
export async function twins(): Promise<{ ours: Netns; theirs: Netns } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const ours = stack.use(await Netns.make());
  const theirs = stack.use(await Netns.make());
  const kept = stack.move();
  return { ours, theirs, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
