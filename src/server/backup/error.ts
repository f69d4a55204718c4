/** Ends a backup or a restore; the message is a sentence or two that say what is wrong and what to do. */
export class BackupError extends Error {}
