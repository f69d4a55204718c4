/** Puts the server together. Reads like a table of contents. */
import { join } from 'node:path';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { registerSession } from './accounts/authentication.ts';
import { createAccountParts, registerAccounts } from './accounts/index.ts';
import { registerAdmin } from './admin/index.ts';
import { createBackground, guardTimers } from './background/background.ts';
import { createEvents } from './background/events.ts';
import { watchOtherProcesses } from './background/other-processes.ts';
import { createCallParts, registerCalls } from './calls/index.ts';
import { beginDirect } from './chats/direct.ts';
import { createChatParts, createRenderers, registerChats } from './chats/index.ts';
import { mayReadFile } from './chats/membership.ts';
import { createChatStore } from './chats/store.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { createCommitQueue } from './database/commit-queue.ts';
import { type Database, openDatabase } from './database/database.ts';
import { closeDataFolder } from './database/folder-permissions.ts';
import { createReserve, type Reserve } from './database/reserve.ts';
import { troubleOf } from './database/trouble.ts';
import { createWriting } from './database/writing.ts';
import { registerDoctor } from './doctor/index.ts';
import { createFileParts, LARGEST_FILE, registerFiles } from './files/index.ts';
import { createFriendParts, registerFriends } from './friends/index.ts';
import { showBare } from './http/errors.ts';
import { registerHttp } from './http/index.ts';
import { loggerOptions } from './http/logging.ts';
import { createFreshness } from './live/freshness.ts';
import { registerLive } from './live/index.ts';
import { connectPublicly, createDelivery, type Deliver } from './push/delivery.ts';
import { createPushParts, registerPush } from './push/index.ts';
import { createRecordingParts, registerRecordings } from './recordings/index.ts';
import { createRelay } from './relay/index.ts';
import { registerSettings } from './settings/index.ts';
import { createTls } from './tls/index.ts';
import { serverFactory } from './tls/listener.ts';
import { registerTrust } from './trust/index.ts';

/** Bytes of a posted form: 10,000 characters of four bytes, percent-encoded, and room to spare. */
const LONGEST_BODY = 256 * 1024;

declare module 'fastify' {
  interface FastifyInstance {
    /** What the server was put together from, for whoever started it. Routes are given what they use by name. */
    services: Awaited<ReturnType<typeof assemble>>['services'];
  }
}

/** Shapes are checked by valibot. Without these, Fastify would load its two JSON schema compilers at each start. */
function noSchemas(): never {
  throw new Error('Routes have no JSON schemas here.');
}

/** A start needs space for SQLite's shared memory: on a full disk the reserve is released for it. */
function openWithReserve(path: string, reserve: Reserve): Database {
  try {
    return openDatabase(path);
  } catch (error) {
    reserve.assertWritable();
    if (troubleOf(error) !== 'full') throw error;
    reserve.give();
    return openDatabase(path);
  }
}

async function assemble(config: Config, time: Clock, deliver: Deliver) {
  const reserve = createReserve(config.dataDir);
  const database = openWithReserve(join(config.dataDir, 'porchlight.db'), reserve);
  const app = fastify({
    serverFactory: serverFactory(config),
    logger: loggerOptions(config.logLevel),
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustProxy,
    bodyLimit: LONGEST_BODY,
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    frameworkErrors: (error, request, reply) => showBare({ render, setHeaders }, error, request, reply),
    // A closing server ends idle keep-alive connections at once; requests in flight are finished.
    forceCloseConnections: 'idle',
  });
  const { log } = app;
  closeDataFolder(config.dataDir, log);

  const writing = createWriting(database, reserve, log);
  const background = createBackground(time, log, writing);
  const clock = guardTimers(time, background);
  const events = createEvents(background);
  const queue = createCommitQueue(database, writing.turn);
  const ground = { config, database, clock, events, background, writing, queue, log };
  const relay = createRelay(ground);
  const tls = createTls(app, { ...ground, renewed: relay.renewed });

  // Each domain from the parts below it.
  const chatStore = createChatStore(database);
  const accounts = { ...ground, ...createAccountParts(ground) };
  const friends = {
    ...accounts,
    ...createFriendParts({ ...accounts, began: (a, b) => beginDirect(chatStore, a, b, clock.now()) }),
  };
  const { stopLooking, ...fileParts } = createFileParts({
    ...ground,
    mayRead: (file, user) => mayReadFile(chatStore, file, user),
  });
  const files = { ...friends, ...fileParts };
  const chats = { ...files, ...createChatParts({ ...files, chatStore }) };
  const recordings = { ...chats, ...createRecordingParts(chats) };
  const calls = {
    ...recordings,
    ...createCallParts({ ...recordings, iceServers: relay.iceServers }),
  };
  const freshness = createFreshness(calls);

  const { render, setHeaders } = await registerHttp(app, {
    ...ground,
    largestFile: LARGEST_FILE,
    authenticate: (to) => registerSession(to, calls.sessions, calls.knownDevices),
    maySendFiles: ({ signedIn }) => signedIn !== null,
    page: {
      visitor: ({ signedIn, signedOut }) => ({
        user: signedIn?.user,
        signedOut,
        inCall: signedIn ? calls.calls.placeOf(signedIn.user.id, signedIn.session) : undefined,
        unread: signedIn ? calls.chats.unreadConversations(signedIn.user.id) : 0,
      }),
      mark: ({ signedIn }) => (signedIn ? freshness.mark(signedIn.user.id) : ''),
    },
  });

  const services = {
    ...calls,
    ...createPushParts(calls, deliver),
    tls,
    ...createRenderers(render, calls),
    conversationWith: calls.chats.conversationWith,
  };
  registerAccounts(app, services);
  registerFriends(app, services);
  registerFiles(app, services);
  registerChats(app, services);
  registerRecordings(app, services);
  registerCalls(app, services);
  registerPush(app, services);
  registerSettings(app, services);
  registerTrust(app, services);
  registerAdmin(app, services);
  registerDoctor(app, services);
  registerLive(app, services, freshness, render);

  const stopForgetting = services.sessions.forgetExpired();
  // Also where nothing can be removed, because the disk is full.
  background.attempt('noticing sessions that ended meanwhile', services.sessions.noticeEnded);
  const stopWatching = watchOtherProcesses(database, background, services.sessions.noticeEnded);
  app.addHook('onListen', async () => {
    await relay.start();
    background.attempt('ringing on', services.ringOn);
    // These look at every file that is kept, and nobody waits for them.
    background.attempt('tidying recordings', services.recordings.tidy);
    background.attempt('sweeping files', services.sweep.run);
  });
  app.addHook('onClose', async () => {
    await relay.stop();
    stopWatching();
    stopForgetting();
    await tls.stop();
    services.stopNotices();
    background.stop();
    writing.stop();
    services.presence.stop();
    services.calls.stop();
    await services.recordings.stop();
    services.sweep.stop();
    stopLooking();
    database.close();
  });
  services.recordings.start();
  return { app, services };
}

/**
 * Builds the server on the database in `config.dataDir`; the caller listens, or injects.
 * @param deliver carries requests to push services
 */
export async function buildApp(
  config: Config,
  time: Clock = systemClock,
  deliver: Deliver = createDelivery(connectPublicly),
): Promise<FastifyInstance> {
  const { app, services } = await assemble(config, time, deliver);
  return app.decorate('services', services);
}
