/** All SQL about the folders that hold bytes. Only reads until a marker is set, so a copy of a database will do. */
import type { Database } from '../database/database.ts';
import type { FolderName } from './folder-names.ts';

export function createFolderStore(database: Database) {
  // A command may look at a database that this version hasn't brought up to date yet.
  const hasTable = database.prepare<[], number>("SELECT 1 FROM sqlite_schema WHERE name = 'folders'").pluck();
  const marker = hasTable.get()
    ? database.prepare<[FolderName], string>('SELECT marker FROM folders WHERE name = ?').pluck()
    : undefined;
  const kept = database
    .prepare<[number], string>("SELECT id FROM files WHERE bytes > 0 AND (kind = 'recording') = ?")
    .pluck();
  const isIn = database
    .prepare<[string, number], number>("SELECT 1 FROM files WHERE id = ? AND (kind = 'recording') = ?")
    .pluck();
  const any = database
    .prepare<[number], number>("SELECT 1 FROM files WHERE (kind = 'recording') = ? LIMIT 1")
    .pluck();
  const which = (name: FolderName): number => (name === 'recordings' ? 1 : 0);

  return {
    markerOf: (name: FolderName): string | undefined => marker?.get(name),
    /** The ids of all files whose bytes must be in it. */
    keptIn: (name: FolderName): string[] => kept.all(which(name)),
    /** Whether there is a file of this id, complete or not, that belongs in it. */
    isIn: (name: FolderName, id: string): boolean => isIn.get(id, which(name)) === 1,
    /** Whether any file belongs in it, complete or not. */
    hasAny: (name: FolderName): boolean => any.get(which(name)) === 1,
    setMarker: (name: FolderName, text: string) =>
      void database
        .prepare(
          'INSERT INTO folders (name, marker) VALUES (?, ?) ON CONFLICT DO UPDATE SET marker = excluded.marker',
        )
        .run(name, text),
  };
}

export type FolderStore = ReturnType<typeof createFolderStore>;
