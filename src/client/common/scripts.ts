/** Scripts of this page's build that it loads late. After an update the server may no longer have them. */

/** Why a script could not be fetched, which browsers don't say. */
export async function whyMissing(url: string): Promise<'outdated' | 'unreachable'> {
  try {
    const { status } = await fetch(url, { method: 'HEAD', cache: 'no-store' });
    return status === 404 || status === 410 ? 'outdated' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}

/** Says that Porchlight was updated, if that is why a script could not be fetched. */
export async function tellIfOutdated(url: string): Promise<void> {
  if ((await whyMissing(url)) !== 'outdated') return;
  const notice = Object.assign(document.createElement('p'), {
    className: 'notice',
    role: 'status',
    textContent: document.querySelector<HTMLElement>('.notices')?.dataset.updated ?? '',
  });
  document.querySelector('#notices')?.replaceChildren(notice);
}

/** How often each could not be had. */
const failures = new Map<string, number>();
/** What has come, or is on its way: under two addresses a module would run twice, and send twice. */
const modules = new Map<string, ReturnType<typeof fetchModule>>();

async function fetchModule(url: string) {
  const failed = failures.get(url) ?? 0;
  try {
    // Firefox, and any browser until lately, remembers a failed import while the page is open: another try, another address.
    return await import(failed ? `${url}?again=${failed}` : url);
  } catch (error) {
    failures.set(url, failed + 1);
    modules.delete(url);
    void tellIfOutdated(url);
    throw error;
  }
}

/** Imports a module; where an update has taken it away, the page says so as well. @throws as `import` does */
export function load(url: string): ReturnType<typeof fetchModule> {
  const module = modules.get(url) ?? fetchModule(url);
  modules.set(url, module);
  return module;
}

/**
 * What is made of a script that is fetched once; where it couldn't be had, the next time asks again.
 * @param make what of it is wanted
 * @returns fetches it; rejects as `load` does
 */
export function fetchedOnce<Module, Made>(url: string, make: (module: Module) => Made): () => Promise<Made> {
  let coming: Promise<Made> | undefined;
  return () => {
    coming ??= load(url).then(make, (error: unknown) => {
      coming = undefined;
      throw error;
    });
    return coming;
  };
}
