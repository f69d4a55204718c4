/** What people see about the space their files take. */

import { type FileView, fileView } from '../files/file-view.ts';
import type { Files } from '../files/files.ts';
import type { Reader } from '../language/reader.ts';

/** How many of the largest are listed for deletion: they free the most space. */
const LISTED = 10;

/** Without an address where its owner may read it no longer: it was sent in a group that they have left. */
type OwnFile = Omit<FileView, 'downloadUrl'> & { downloadUrl: string | undefined };

export type OwnStorage = {
  used: number;
  /** Bytes that this person may have. */
  limit: number | undefined;
  retentionDays: number | undefined;
  /** The largest first. */
  biggest: OwnFile[];
};

export function ownStorage(files: Files, reader: Reader, user: number): OwnStorage {
  const { personBytes, retentionDays } = files.limits();
  const biggest = files.biggestOf(user, LISTED).filter((file) => file.bytes > 0);
  return {
    used: files.usedBy(user),
    limit: personBytes,
    retentionDays,
    biggest: biggest.map((file) => {
      const view = fileView(file, reader);
      return { ...view, downloadUrl: files.mayRead(user, file.id) ? view.downloadUrl : undefined };
    }),
  };
}
