/** Sends forms one after another, so that their messages appear in the chat in the same order. */

/** Something that is sent by submitting it. */
interface Submitted {
  requestSubmit(): void;
}

export interface Queue<Form> {
  /** Sends a form of the page as soon as those before it are sent. */
  add(form: Form): void;
  /** Whether a form that is just being submitted may go. If not, it goes first of those waiting. */
  admit(form: Form): boolean;
  /** The form was answered, with its message or with a refusal: the others go on. */
  answered(form: Form): void;
  /** The server can't be reached. Everything keeps waiting, so that the order stays. */
  broke(form: Form): void;
  /** There may be a connection again: the one that found none is sent once more. */
  retry(): void;
  /** The form is to be sent no more. */
  drop(form: Form): void;
}

/** @param onWaiting is called for each form that starts or stops waiting */
export function createQueue<Form extends Submitted>(
  onWaiting: (form: Form, waits: boolean) => void,
): Queue<Form> {
  let waiting: Form[] = [];
  let current: Form | undefined;
  let broken: Form | undefined;

  function goOn(): void {
    if (current || broken) return;
    current = waiting.shift();
    if (!current) return;
    onWaiting(current, false);
    current.requestSubmit();
  }

  function leave(form: Form): void {
    if (current === form) current = undefined;
    if (broken === form) broken = undefined;
    waiting = waiting.filter((other) => other !== form);
  }

  return {
    add(form) {
      waiting.push(form);
      onWaiting(form, true);
      goOn();
    },
    admit(form) {
      if (form === current) return true;
      leave(form);
      // Sent by hand, so it is worth another try.
      broken = undefined;
      // A form can't be submitted anew while its submission is being asked about.
      if (current) waiting.unshift(form);
      onWaiting(form, current !== undefined);
      current ??= form;
      return form === current;
    },
    answered(form) {
      leave(form);
      goOn();
    },
    broke(form) {
      leave(form);
      broken = form;
    },
    retry() {
      if (!broken) return;
      waiting.unshift(broken);
      broken = undefined;
      goOn();
    },
    drop(form) {
      leave(form);
      goOn();
    },
  };
}
