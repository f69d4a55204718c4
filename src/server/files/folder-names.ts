/** The two folders in the data folder that hold bytes. */
export const FOLDERS = ['uploads', 'recordings'] as const;
export type FolderName = (typeof FOLDERS)[number];
