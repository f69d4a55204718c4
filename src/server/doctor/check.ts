/** One thing that the doctor looks at. */
import type { CheckName, Finding } from './findings.ts';

export type Check = {
  name: CheckName;
  /**
   * Changes nothing, and asks nobody but whom the configuration names, and the push services that devices here have named.
   * What it throws is told as not looked at.
   */
  run(): Promise<Finding[]>;
};
