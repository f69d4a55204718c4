/** Looks for what makes the house unreachable, or about to be. */
export { doctorRoutes as registerDoctor } from './routes.ts';
