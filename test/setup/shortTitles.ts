/** Runs before each test in Node: its title has to fit a line. */
import { beforeEach } from 'vitest';
import { expectShortTitle } from './title.ts';

beforeEach(({ task }) => expectShortTitle(task.name));
