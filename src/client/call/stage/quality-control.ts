/**
 * How good the connections are. What watches them is fetched once there is a call, as what records is: it has nothing to
 * say before, and the numbers are wanted most while the server can't be reached.
 */
import { load } from '../../common/scripts.ts';
import type { QualityParts } from '../quality/quality.ts';

/** Set by the build: the script's address. */
declare const QUALITY_URL: string;

/** @returns fetches it, unless it is there */
export function createQualityControl(parts: QualityParts): () => void {
  let isComing = false;
  return () => {
    if (isComing) return;
    isComing = true;
    load(QUALITY_URL).then(
      ({ watchQuality }: typeof import('../quality/quality.ts')) => watchQuality(parts),
      () => {
        isComing = false;
      },
    );
  };
}
