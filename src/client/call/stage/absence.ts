/** Whether somebody of several isn't there at this moment: of two, the call's own status says it. */

/** They have left the page, and may come back; or the connection to them is broken, and is being mended. */
export type Absence = 'left' | 'lost';

/** Whether they have left, and whether their connection carries; undefined: as before. */
type News = (left?: boolean, carries?: boolean) => void;

/** @param changed is told of each change; `undefined`: they are there @returns takes the news */
export function watchAbsence(changed: (absence: Absence | undefined) => void): News {
  let isAway = false;
  /** Undefined until it does for the first time: whoever has just come in isn't connected yet, and nothing is broken. */
  let carried: boolean | undefined;
  let told: Absence | undefined;

  return (left = isAway, carries = carried) => {
    isAway = left;
    if (carries || carried) carried = carries;
    const now = isAway ? 'left' : carried === false ? 'lost' : undefined;
    if (now !== told) changed(now);
    told = now;
  };
}
