/** What every page needs, but only once somebody touches it, or somebody calls. */
import './installed.ts';

export * from './layers.ts';
