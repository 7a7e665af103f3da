/** Entry of the page: draws it, and keeps it for use without a network. */
import { render } from 'preact';
import { keepOffline } from './offline.ts';

render(<h1>unflat</h1>, document.getElementById('app')!);
keepOffline();
