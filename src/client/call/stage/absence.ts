/** Whether somebody of several isn't there at this moment: of two, the call's own status says it. */

/** They have left the page, and may come back; or the connection to them is broken, and is being mended. */
export type Absence = 'left' | 'lost';

export interface AbsenceWatch {
  left(isAway: boolean): void;
  carries(isConnected: boolean): void;
}

/** @param changed is told of each change; `undefined`: they are there */
export function watchAbsence(changed: (absence: Absence | undefined) => void): AbsenceWatch {
  let isAway = false;
  let link: 'new' | 'carries' | 'broken' = 'new';
  let told: Absence | undefined;

  function look(): void {
    const now = isAway ? 'left' : link === 'broken' ? 'lost' : undefined;
    if (now === told) return;
    told = now;
    changed(now);
  }

  return {
    left(away) {
      isAway = away;
      look();
    },
    carries(isConnected) {
      // Whoever has just come in isn't connected yet, and nothing is broken.
      if (isConnected) link = 'carries';
      else if (link !== 'new') link = 'broken';
      look();
    },
  };
}
