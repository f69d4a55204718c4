/** Text browsers in a real terminal: tmux holds it, tests press keys and read the screen. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './poll.ts';
import { requireProgram } from './programs.ts';

const run = promisify(execFile);

export interface Terminal {
  /** Presses keys by tmux's names: "Enter", "Down", "C-u", "Tab". */
  press(...keys: string[]): Promise<void>;
  /** Types text as it is. */
  type(text: string): Promise<void>;
  screen(): Promise<string>;
  /** Waits until the program has read the keys: until the cursor is where it is and stays there. */
  settled(): Promise<void>;
  /** Waits until the screen matches, and returns it. */
  shows(wanted: RegExp, timeout?: number): Promise<string>;
  /** What the editor makes of the next text that is given to it. */
  edits(text: string): void;
  close(): Promise<void>;
}

const COMMANDS = {
  lynx: ['-accept_all_cookies', '-nopause', '-display_charset=utf-8'],
  w3m: ['-cookie', '-o', 'accept_cookie=1', '-o', 'display_charset=UTF-8', '-o', 'confirm_qq=0'],
} as const;

export type TextBrowser = keyof typeof COMMANDS;

/** Opens an address in a text browser with an empty home folder, 100 columns by 45 lines. */
export const openTerminal = async (browser: TextBrowser, address: string): Promise<Terminal> => {
  const folder = mkdtempSync(join(tmpdir(), `porchlight-${browser}-`));
  const program = requireProgram('tmux');
  const tmux = async (...args: string[]) =>
    (await run(program, ['-u', '-f', '/dev/null', '-S', join(folder, 'tmux'), ...args])).stdout;
  const screen = () => tmux('capture-pane', '-p');

  const size = ['-x', '100', '-y', '45'];
  const environment = [`HOME=${folder}`, 'LANG=C.UTF-8', 'LC_ALL=C.UTF-8', 'TERM=screen'];
  // Where a browser leaves long texts to an editor, this one puts in what the test wants there.
  const [editor, wanted] = [join(folder, 'editor'), join(folder, 'wanted')];
  writeFileSync(editor, `#!/bin/sh\ncp '${wanted}' "$1"\n`, { mode: 0o755 });
  const options = browser === 'w3m' ? ['-o', `editor=${editor} %s`] : [];
  const command = [requireProgram(browser), ...COMMANDS[browser], ...options, address];
  await tmux('new-session', '-d', ...size, 'env', ...environment, ...command);

  return {
    press: async (...keys) => {
      await tmux('send-keys', ...keys);
    },
    type: async (text) => {
      await tmux('send-keys', '-l', text);
    },
    screen,
    settled: async () => {
      let last = '';
      await eventually(`${browser} to settle`, async () => {
        const now = `${await tmux('display-message', '-p', '#{cursor_x} #{cursor_y}')}${await screen()}`;
        const same = now === last;
        last = now;
        return same;
      });
    },
    shows: (wanted, timeout) =>
      eventually(
        `${browser} to show ${wanted}`,
        async () => {
          const now = await screen();
          return wanted.test(now) && now;
        },
        timeout,
        screen,
      ),
    edits: (text) => writeFileSync(wanted, text),
    close: async () => {
      // Where the browser has quit by itself, its terminal is gone already.
      await tmux('kill-server').catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
