/** The engine of iPhones and iPads: everything but calls themselves, which WebKitGTK has no WebRTC for. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCallingSocket } from '../helpers/calling-socket.ts';
import type { Client } from '../helpers/client.ts';
import { type Furnished, furnish } from '../helpers/every-page.ts';
import { webkitOutboxLoaded } from '../helpers/outbox.ts';
import { addPastCall } from '../helpers/past-call.ts';
import { befriend, chatOf, createPerson, type Person, signInClient } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { liveWebm } from '../helpers/recorder.ts';
import { putRecording } from '../helpers/recording-upload.ts';
import { openWebKit, type WebKit } from '../helpers/webkit.ts';

const Playing = v.object({
  at: v.number(),
  shown: v.number(),
  seconds: v.number(),
  width: v.number(),
  error: v.string(),
});

let house: Furnished;
let eve: Person;
let eves: Client;
let annas: Client;
/** Anna's and Eve's. */
let chat: string;
let webkit: WebKit;
let folder: string;

beforeAll(async () => {
  house = await furnish();
  eve = await createPerson(house.server, 'eve', 'Eve');
  await befriend(house.server, house.anna, eve);
  [annas, eves] = [await signInClient(house.server, house.anna), await signInClient(house.server, eve)];
  chat = await chatOf(annas, eve);
  folder = mkdtempSync(join(tmpdir(), 'porchlight-files-'));
  webkit = await openWebKit();
});
afterAll(async () => {
  await webkit.close();
  await house.server.remove();
  rmSync(folder, { recursive: true });
});

const open = (path: string) => webkit.goto(`${house.server.origin}${path}`);

/** Waits until the messages of the open chat match, and returns them. */
const log = (wanted: RegExp) => {
  let last = '';
  return eventually(
    `the messages to say ${wanted}`,
    async () => {
      last = String(await webkit.evaluate("return document.querySelector('[role=log]')?.innerText ?? ''"));
      return wanted.test(last) && last;
    },
    undefined,
    () => last,
  );
};

test('signs in, and each control of the navigation is named as it is seen', async () => {
  await open('/login');
  await webkit.type(await webkit.find('textbox', 'Username'), house.anna.username);
  await webkit.type(await webkit.find('textbox', 'Password'), house.anna.password);
  await webkit.click(await webkit.find('button', 'Sign in'));
  await eventually('the chats', async () => (await webkit.url()).endsWith('/chats'));
  // The engine's own word for it, which is what VoiceOver reads.
  for (const [role, name] of [
    ['link', 'Friends'],
    ['link', 'Settings'],
    ['link', 'Admin'],
    ['button', 'Sign out'],
  ] as const)
    expect(await webkit.computed(await webkit.find(role, name))).toEqual({ role, name });
});

test('finds a friend, and what is written comes and goes live', async () => {
  await open('/friends');
  await eventually('the friends', async () => (await webkit.text()).includes('Eve'));
  await open(chat);
  const box = await webkit.find('textbox', 'Message');
  expect(await webkit.computed(box)).toEqual({ role: 'textbox', name: 'Message' });
  await webkit.type(box, 'Is the kettle on?\uE007');
  await log(/Is the kettle on\?/);
  await eventually(
    'the box to be empty',
    async () => !(await webkit.evaluate('return arguments[0].value', box)),
  );
  // Before it has arrived it stands there as well, and would come behind the answer.
  await eventually('it to arrive', async () => (await eves.get(chat)).body.includes('Is the kettle on?'));
  await eves.submit(chat, 'Send', { Message: 'Boiling.' });
  const text = await log(/Boiling\./);
  expect(text.match(/Is the kettle on/g)).toHaveLength(1);
  // Seen is what a page says that has scrolled there.
  await eventually('it to be read', async () => (await eves.get(chat)).body.includes('Seen'));

  await eves.submit(`${chat}`, 'Send', { Message: 'See you at tree' });
  await log(/See you at tree/);
  const options = [...(await eves.get(chat)).body.matchAll(/href="(\/chats\/\d+\/messages\/\d+)"/g)];
  await eves.submit(`${options.at(-1)?.[1]}/edit`, 'Save', { 'Edit message': 'See you at three' });
  await log(/See you at three[\s\S]*edited/);
});

test('sends a photo and a text file, and shows them', async () => {
  await open(chat);
  const photo = join(folder, 'Lake.jpg');
  writeFileSync(
    photo,
    await sharp({ create: { width: 1200, height: 800, channels: 3, background: '#b5652b' } })
      .jpeg()
      .toBuffer(),
  );
  const notes = join(folder, 'List.txt');
  writeFileSync(notes, 'Milk\n');
  for (const path of [photo, notes]) {
    const name = basename(path);
    const field = await webkit.evaluate("return document.querySelector('input[type=file]')");
    await webkit.type(v.parse(v.any(), field), path);
    await eventually('the chosen file', async () => (await webkit.text()).includes(name));
    await webkit.click(await webkit.find('button', 'Send'));
    await eventually('it to be sent', async () => (await eves.get(chat)).body.includes(name));
  }
  const picture = await eventually('the picture', () =>
    webkit.evaluate(`
      const picture = document.querySelector('[role=log] img');
      return picture?.complete && picture.naturalWidth > 0 && [picture.naturalWidth, picture.width / picture.height]`),
  );
  expect(picture).toEqual([640, expect.closeTo(1.5, 1)]);
  expect((await eves.get(chat)).body).toMatch(/Lake\.jpg[\s\S]*List\.txt/);
});

test('plays a recording, forward and from its middle', async () => {
  const call = addPastCall(house.server.dataDir, 'anna', 'eve');
  await putRecording(house.server, annas, call, liveWebm(8));
  await open(`/calls/${call}`);
  const state = async () => {
    const found = await webkit.evaluate(`
      const video = document.querySelector('video');
      return {
        at: video.currentTime,
        shown: video.getVideoPlaybackQuality().totalVideoFrames,
        seconds: Math.round(video.duration),
        width: video.videoWidth,
        error: video.error?.message ?? '',
      }`);
    return v.parse(Playing, found);
  };
  // Without a sound card it would wait for one.
  await webkit.evaluate("const video = document.querySelector('video'); video.muted = true; video.play()");
  const playing = await eventually('some pictures', async () => {
    const now = await state();
    return (now.shown > 3 || now.error !== '') && now;
  });
  expect(playing).toMatchObject({ seconds: 8, width: 160, error: '' });
  await webkit.evaluate(`
    const video = document.querySelector('video');
    video.pause();
    video.currentTime = 5;`);
  await eventually('the middle', async () => (await state()).at === 5);
  const { shown } = await state();
  await webkit.evaluate("document.querySelector('video').play()");
  await eventually('it to go on from there', async () => {
    const now = await state();
    return now.at > 5.2 && now.shown > shown + 3;
  });
});

test('grows the box with what is typed, without the property for it', async () => {
  await open(chat);
  const box = await webkit.find('textbox', 'Message');
  const height = async () => Number(await webkit.evaluate('return arguments[0].clientHeight', box));
  const before = await height();
  // Shift+Enter is a new line.
  await webkit.type(box, 'one\uE008\uE007\uE007\uE008two');
  await eventually('a higher box', async () => (await height()) > before + 20);
  await webkit.clear(box);
});

test('says at the links and at the ring that it takes no calls, and declines', async () => {
  await open(chat);
  await webkit.click(await webkit.find('link', 'Video call'));
  await eventually('the sentence', async () => /This browser can't take part/.test(await webkit.text()));
  expect(await webkit.url()).toMatch(new RegExp(`${chat}$`));
  await open('/settings');
  const socket = await openCallingSocket(eves);
  try {
    socket.ring(chat);
    const ring = await webkit.find('alertdialog', 'Incoming call');
    expect((await webkit.computed(ring)).name).toBe('Incoming call');
    await eventually('the sentence', async () => /This browser can't take part/.test(await webkit.text()));
    expect(await webkit.findAll('link', 'Accept')).toEqual([]);
    await webkit.click(await webkit.find('button', 'Decline'));
    expect(await socket.hears('ended')).toMatchObject({ reason: 'declined' });
    await eventually('quiet', async () => (await webkit.findAll('alertdialog')).length === 0);
  } finally {
    socket.close();
  }
});

test('keeps what could not be sent, says so, and sends it by itself', async () => {
  await open(chat);
  const box = await webkit.find('textbox', 'Message');
  await webkit.type(box, 'Not');
  await webkitOutboxLoaded(webkit);
  await house.server.stop();
  try {
    await webkit.type(box, ' now\uE007');
    expect(await webkit.evaluate('return arguments[0].value', box)).toBe('');
    await eventually('a sentence', async () => /Not sent/.test(await webkit.text()));
  } finally {
    await house.server.start();
  }
  await eventually('the text to go', async () => (await eves.get(chat)).body.includes('Not now'));
  await eventually('no sentence', async () => !/Not sent/.test(await webkit.text()));
});

test('fits every page into 360 and 1280 pixels, in both languages', async () => {
  // A page without a script of its own, to put frames into.
  await open('/healthz');
  const wide: unknown[] = [];
  for (const language of ['en', 'zh-CN']) {
    if (language === 'zh-CN') await annas.submit('/settings', 'Save', { locale: language });
    for (const [name, path] of Object.entries(house.signedIn)) {
      await webkit.openAt(path, 360, 740);
      for (const width of [360, 1280]) {
        const found = v.parse(
          v.tuple([v.string(), v.number(), v.number()]),
          await webkit.evaluate(
            `
            frames[0].frameElement.width = arguments[0];
            const { documentElement: root } = frames[0].document;
            return [root.lang, root.scrollWidth, frames[0].innerWidth]`,
            width,
          ),
        );
        expect(found.toSpliced(1, 1), name).toEqual([language, width]);
        if (found[1] > found[2]) wide.push([language, name, ...found]);
      }
    }
  }
  expect(wide).toEqual([]);
});
