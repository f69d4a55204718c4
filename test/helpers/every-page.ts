/** A server with something on every page, and the addresses of all of them. */
import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { type Client, createClient } from './client.ts';
import { addPastCall } from './past-call.ts';
import { befriend, chatOf, createPerson, type Person, signInClient } from './people.ts';
import { eventually } from './poll.ts';
import { liveWebm } from './recorder.ts';
import { putRecording } from './recording-upload.ts';
import { type Server, startServer } from './server.ts';
import { encodeForm, type TestFile } from './upload.ts';

export interface Furnished {
  server: Server;
  anna: Person;
  /** Her friend. */
  ben: Person;
  /** Pages for strangers, by what they are. */
  open: Record<string, string>;
  /** Pages for Anna, the owner. */
  signedIn: { chat: string } & Record<string, string>;
}

/** What is asked for by GET and is no page of its own, and why it isn't. Whatever else there is has to be in the list below. */
export const NO_PAGES: Record<string, string> = {
  '/': 'leads to the chats',
  '/join': 'shows what a wrong invitation does, or with open registration what a good one does',
  '/join/:code/*': 'an invitation with some of the text around it',
  '/chats/lines': 'a part of the chats',
  '/chats/:chat/sending': 'a part of any page, while a file is on its way',
  '/chats/:chat/call/people': 'a part of the call page',
  '/chats/:chat/call/recordable': 'a part of the call page',
  '/chats/:chat/call/people/add': 'a part of the call page',
  '/calls/effects': 'a part of the call page',
  '/friends/lists': 'a part of the friends',
  '/calls/:call/recordings': 'the page of a call',
  '/calls/:call/screenshots/:file': 'the page of a picture, as from a chat',
  '/live/news': 'what the live socket brings',
  '/live': 'a socket',
  '/calls/socket': 'a socket',
  '/files/:file': 'a file',
  '/files/:file/download': 'a file',
  '/files/:file/preview': 'a picture',
  '/recordings/:recording/download': 'a file',
  '/pictures/:version': 'a picture',
  '/chats/:chat/picture/:version': 'a picture',
  '/static/*': 'what pages are made of',
  '/recordings/pending': 'for scripts',
  '/push/key': 'for scripts',
  '/service-worker.js': 'a script',
  '/manifest.webmanifest': 'for browsers',
  '/push/accept/:call': 'leads to a call',
  '/healthz': 'for monitoring',
};

async function sendFile(client: Client, chat: string, file: TestFile): Promise<void> {
  const token = /name="_csrf" value="([^"]*)"/.exec((await client.get(chat)).body)?.[1] ?? '';
  const { type, payload } = await encodeForm({ _csrf: token, key: randomUUID(), body: '' }, file);
  const cookie = [...client.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
  const { status } = await fetch(client.origin + chat, {
    ...{ method: 'POST', headers: { cookie, 'content-type': type } },
    ...{ body: new Uint8Array(payload), redirect: 'manual' },
  });
  if (status !== 303) throw new Error(`${file.name} was not taken: ${status}`);
}

/**
 * The owner with a friend, a request, a blocked person, an invitation, a chat with every kind of message, a group, and a
 * call.
 */
export const furnish = async (language = 'en'): Promise<Furnished> => {
  const server = await startServer();
  const setup = new URL(server.setupLink());
  const strangers = createClient(server.origin, language);
  const setupPage = await strangers.get(`${setup.pathname}${setup.search}`);
  if (setupPage.status !== 200) throw new Error('no setup page');
  const anna = await createPerson(server, 'anna', 'Anna');
  const ben = await createPerson(server, 'ben', 'Ben');
  const carla = await createPerson(server, 'carla', 'Carla');
  const dora = await createPerson(server, 'dora', 'Dora');
  await befriend(server, anna, ben);
  await befriend(server, anna, dora);
  const [annas, bens, carlas] = await Promise.all([anna, ben, carla].map((one) => signInClient(server, one)));
  if (!annas || !bens || !carlas) throw new Error('nobody is home');
  const csrf = async (client: Client) =>
    /name="_csrf" value="([^"]*)"/.exec((await client.get('/settings')).body)?.[1] ?? '';
  await carlas.post('/friends', { _csrf: await csrf(carlas), username: 'anna' });
  await annas.post('/friends/4/block', { _csrf: await csrf(annas) });
  await annas.post('/friends/invitations', { _csrf: await csrf(annas), days: '7', uses: '2' });
  const invitation = /\/join\/[\w-]+/.exec((await annas.get('/friends')).body)?.[0] ?? '';
  const chat = await chatOf(annas, ben);
  for (const [client, text] of [
    [bens, 'Look: https://example.org/?a=1&b=2 <b>'],
    [annas, 'To be deleted'],
    [annas, 'Hello 👋\nsecond line'],
    [bens, 'Unread'],
  ] as const)
    await client.submit(chat, 'Send', { Message: text });
  await annas.post(`${chat}/messages/2/delete`, { _csrf: await csrf(annas) });
  const photo = sharp({ create: { width: 600, height: 400, channels: 3, background: '#b5652b' } });
  await sendFile(annas, chat, { name: 'Lake.jpg', bytes: await photo.jpeg().toBuffer() });
  await sendFile(annas, chat, { name: 'List.txt', bytes: Buffer.from('Milk\n') });
  // Others look into it first.
  const picture = await eventually(
    'the picture to be shown as one',
    async () => /\/chats\/\d+\/pictures\/[\w-]+/.exec((await annas.get(chat)).body)?.[0],
  );
  const call = addPastCall(server.dataDir, 'anna', 'ben');
  await putRecording(server, annas, call, liveWebm(1));
  const made = await annas.post('/chats/new', { _csrf: await csrf(annas), title: 'Family', people: '2' });
  const group = made.path;
  await annas.submit('/admin/doctor', 'Check now');
  await bens.submit(group, 'Send', { Message: 'Hello' });
  return {
    server,
    anna,
    ben,
    open: {
      login: '/login',
      join: invitation,
      'no invitation': '/join/nonsense',
      'a setup link that is used up': `${setup.pathname}${setup.search}`,
      'not found': '/nothing/here',
      offline: '/offline',
    },
    signedIn: {
      chats: '/chats',
      chat,
      'older messages': `${chat}?before=3`,
      'new messages': `${chat}/newer?after=0`,
      'message options': `${chat}/messages/3`,
      'edit a message': `${chat}/messages/3/edit`,
      'delete a message': `${chat}/messages/3/delete`,
      'notifications of a chat': `${chat}/notifications`,
      'a picture': picture,
      'a group': group,
      'the people of a group': `${group}/people`,
      'leave a group': `${group}/leave`,
      'new group': '/chats/new',
      'something shared': '/share?missed',
      friends: '/friends',
      settings: '/settings',
      admin: '/admin',
      'what the doctor found': '/admin/doctor',
      'remove a person': '/admin/people/2/remove',
      'call page': `${chat}/call?media=video`,
      'a call': `/calls/${call}`,
      'not theirs': '/chats/99',
    },
  };
};
