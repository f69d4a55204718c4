/**
 * A sound card that nobody hears. Firefox without one plays nothing and lets no AudioContext start, and its own
 * stand-in (media.cubeb.force_mock_context) runs at 0.83 to 0.94 of real time, which would spoil every recording.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './poll.ts';
import { requireProgram } from './programs.ts';

export interface SoundCard {
  /** What a program has to know to play on it. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

/** @param folder a place of its own; short, as it goes into the name of a socket */
export async function openSoundCard(folder: string): Promise<SoundCard> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const socket = join(folder, 'native');
  const modules = [
    'module-null-sink sink_name=silent',
    `module-native-protocol-unix auth-anonymous=1 socket=${socket}`,
  ];
  const child = spawn(
    requireProgram('pulseaudio'),
    ['--daemonize=no', '--exit-idle-time=-1', '-n', ...modules.flatMap((module) => ['-L', module])],
    { env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const onExit = () => child.kill();
  process.once('exit', onExit);
  await eventually(
    'the sound card',
    () => existsSync(socket),
    10_000,
    () => said,
  );
  return {
    environment: { PULSE_SERVER: `unix:${socket}` },
    async close() {
      process.off('exit', onExit);
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
