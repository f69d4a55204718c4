/** The page of a person's own settings. */
export { settingsRoutes as registerSettings } from './routes.ts';
