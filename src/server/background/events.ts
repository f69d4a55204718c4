/** What domains announce to each other. They only announce; `live` and `push` listen. */
import { EventEmitter } from 'node:events';
import type { Background } from './background.ts';

export type EventMap = {
  /** A session was revoked or has ended. `session` is the stored (hashed) id. */
  'session-ended': [{ session: string }];
  'quiet-hours-changed': [{ user: number }];
  /** A request, a friendship or a block between the two changed. */
  'friendship-changed': [{ users: [number, number] }];
  /** Somebody has another name or picture. */
  'person-changed': [{ user: number }];
  /** The conversation's counter has risen: something was written, changed or deleted. */
  'conversation-changed': [{ conversation: number }];
  /** Somebody has written a message, which is news to the others. */
  'message-sent': [{ conversation: number; author: number; body: string }];
  /** People came into a group or left it, or it has another name. `users`: whose list of chats changes with it. */
  'members-changed': [{ conversation: number; users: number[] }];
  /** Somebody has read up to a message. */
  'conversation-read': [{ conversation: number; user: number }];
  typing: [{ conversation: number; user: number }];
  /** Somebody's first live page opened, or their last one closed. */
  'presence-changed': [{ user: number; online: boolean }];
  /** `callee`'s devices ring until `call-quiet`. */
  'call-ringing': [
    { call: string; conversation: number; caller: number; callee: number; media: 'voice' | 'video' },
  ];
  'call-quiet': [{ call: string; callee: number }];
  /** Somebody has come into a call on this device, has moved there with it, or their call has ended. */
  'call-place-changed': [{ user: number }];
  /** `callee` was rung while in another call. */
  'call-missed-busy': [
    { call: string; conversation: number; callee: number; caller: number; media: 'voice' | 'video' },
  ];
  /** A folder of bytes that was away is there again. */
  'folder-back': [{ folder: 'uploads' | 'recordings' }];
  /** A file came, changed or went, with where it is shown. */
  'file-changed': [
    { file: string; conversation: number; call: string | undefined; message: number | undefined },
  ];
};

type How = 'attempt' | 'insist';
type Names = keyof EventMap;
type Listener<Name extends Names> = (...payload: EventMap[Name]) => unknown;

export type Events = {
  /**
   * Listens; a promise that the listener returns is not waited for.
   * @param how `insist` if its write must not be lost: it is repeated while nothing can be written
   */
  on<Name extends Names>(name: Name, listener: Listener<Name>, how?: How): void;
  /**
   * Calls every listener. What is announced is already in the database, so a failing listener stops neither
   * the others nor the announcer.
   */
  emit<Name extends Names>(name: Name, ...payload: EventMap[Name]): void;
};

/** @param background what becomes of a listener's failure; without, as at the command line, it goes to the announcer */
export function createEvents(background?: Pick<Background, How>): Events {
  // Every domain may listen to everything: the default warning at eleven listeners is about leaks elsewhere.
  const emitter = new EventEmitter().setMaxListeners(0);
  return {
    on<Name extends Names>(name: Name, listener: Listener<Name>, how: How = 'attempt') {
      emitter.on(name, (...payload: EventMap[Name]) => {
        if (background) background[how](`a listener to ${name}`, () => listener(...payload));
        else listener(...payload);
      });
    },
    emit: (name, ...payload) => void emitter.emit(name, ...payload),
  };
}
