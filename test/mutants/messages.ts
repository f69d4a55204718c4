/** What run.ts and the process that makes the attempts say to each other. */
import * as v from 'valibot';

export const Given = v.object({
  root: v.string(),
  file: v.string(),
  tests: v.array(v.string()),
  /** Which of the file's mutants; -1 is the file as it is. */
  mutants: v.array(v.number()),
});
export type Given = v.InferOutput<typeof Given>;

/** `by`: a test that failed, and why. */
export const Told = v.object({ mutant: v.number(), killed: v.boolean(), by: v.exactOptional(v.string()) });
export type Told = v.InferOutput<typeof Told>;
