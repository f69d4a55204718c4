/**
 * Where Porchlight is installed, other apps may share with it, and it can be opened without a network: both take the service
 * worker, which otherwise comes with notifications.
 */
if (matchMedia('(display-mode: standalone)').matches)
  navigator.serviceWorker?.register('/service-worker.js').catch(() => undefined);
