/** The state and the actions, for all components. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { App } from '../actions/app.ts';

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  return useContext(AppContext)!;
}
