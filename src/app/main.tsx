/** The page: one photo in, a 3D object out. */
import { render } from 'preact';
import { createWorkerEngine } from '../web.ts';
import { App } from './actions/app.ts';
import { AppContext } from './components/context.tsx';
import { Page } from './components/page.tsx';
import { keepOffline } from './offline.ts';

/** What the browser remembers for this page; undefined where it remembers nothing. */
function memory(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

const app = new App(createWorkerEngine, memory());
app.start();
render(
  <AppContext.Provider value={app}>
    <Page />
  </AppContext.Provider>,
  document.getElementById('app')!,
);
keepOffline();
