/** Which networks there are, which are used, and what is being done with their files. */
import { signal, type Signal } from '@preact/signals';
import type { License, StorageState } from '../../web.ts';
import { ROLES, type Role } from '../../pipeline/roles.ts';
import type { PageWeights } from '../engine.ts';
import type { Problem } from './problem.ts';

/** What each role does, for the person. */
export const ROLE_NAMES: Readonly<Record<Role, string>> = {
  segment: 'Mask',
  depth: 'Depth',
  complete: 'Whole object',
  scene: 'Whole scene',
};

/** Whether this device can hold a network. */
export interface Fit {
  /** Bytes of its weights on the device. */
  readonly bytes: number;
  /** Why it cannot; absent if it can, as far as the browser tells. */
  readonly reason?: string;
}

/** A network that its authors have published. */
export interface Released {
  readonly title: string;
  readonly role: Role;
  readonly license: License;
  readonly url: string;
  /** Absent if it is not known. */
  readonly bytes?: number;
}

/** Weights in the browser's storage. */
export interface StoredNetwork {
  /** Name in the store. */
  readonly name: string;
  readonly bytes: number;
  /** The network and its variant, such as `SAM ViT-B`; absent if they are not known. */
  readonly title?: string;
  /** What it can be used for; absent if it cannot be used. */
  readonly role?: Role;
  /** Of a released network. */
  readonly license?: License;
  /** Present if the download is not complete. */
  readonly partial?: { readonly url: string; readonly total?: number };
  /** Why the file cannot be used. */
  readonly damage?: string;
  /** Absent if it is not known. */
  readonly fit?: Fit;
}

/** A file at an address, before it is downloaded. */
export interface Offer {
  readonly url: string;
  readonly file: string;
  /** Bytes of the file; absent if the server does not say. */
  readonly bytes?: number;
  /** Bytes of storage that are needed while it is stored; absent as `bytes`. */
  readonly storageBytes?: number;
  /** Whether a download that breaks off can go on. */
  readonly canContinue: boolean;
  /** The released network that it seems to be. */
  readonly title?: string;
  readonly license?: License;
  readonly fit?: Fit;
  /** What is stored of it already. */
  readonly stored?: { readonly name: string; readonly bytes: number; readonly isWhole: boolean };
}

/** A name in the store for each role; a role without one has the tiny network. */
export type Choice = Readonly<Partial<Record<Role, string>>>;

export const TINY: Choice = {};

/** Work on one file that is under way. */
export interface FileWork {
  readonly file: string;
  /** What is done right now, such as `Downloading`. */
  readonly what: string;
  /** Megabytes. */
  readonly done: number;
  /** Megabytes; 0 if it is not known. */
  readonly total: number;
  /** Seconds left, once they can be told. */
  readonly left?: number;
  readonly isStopping: boolean;
}

export interface WeightsState {
  /** The networks of the engine that runs, or that was tried last. */
  readonly choice: Signal<Choice>;
  /** The choice before that one, to go back to. */
  readonly former: Signal<Choice>;
  /** Undefined until the list has been read. */
  readonly stored: Signal<readonly StoredNetwork[] | undefined>;
  /** Undefined until the browser has answered, or if it does not tell. */
  readonly storage: Signal<StorageState | undefined>;
  readonly offers: Signal<readonly Offer[]>;
  /** Whether servers are being asked about addresses. */
  readonly isLooking: Signal<boolean>;
  readonly work: Signal<FileWork | undefined>;
  /** What went wrong with files, by their names. */
  readonly problems: Signal<readonly Problem[]>;
  /** A sentence on what was done. */
  readonly said: Signal<string>;
}

export const createWeightsState = (): WeightsState => ({
  choice: signal<Choice>(TINY),
  former: signal<Choice>(TINY),
  stored: signal<readonly StoredNetwork[] | undefined>(undefined),
  storage: signal<StorageState | undefined>(undefined),
  offers: signal<readonly Offer[]>([]),
  isLooking: signal(false),
  work: signal<FileWork | undefined>(undefined),
  problems: signal<readonly Problem[]>([]),
  said: signal(''),
});

/** The engine's option for a choice. */
export function engineWeights(choice: Choice): PageWeights {
  const names = ROLES.flatMap((role) => choice[role] ?? []);
  if (names.length === 0) return 'tiny';
  const files = names.map((name) => `stored:${name}`);
  return names.length < ROLES.length ? [...files, 'tiny'] : files;
}

export const isSame = (one: Choice, other: Choice): boolean => ROLES.every((role) => one[role] === other[role]);

/** A choice as text that is kept for the next visit. */
export const choiceText = (choice: Choice): string => JSON.stringify(choice);

/** @returns undefined for a text that is no choice of other networks than the tiny ones */
export function choiceFrom(text: string | null | undefined): Choice | undefined {
  try {
    const read = JSON.parse(text ?? '{}') as Readonly<Record<string, unknown>>;
    const names = ROLES.flatMap((role) => (typeof read[role] === 'string' ? [[role, read[role]] as const] : []));
    return names.length > 0 ? Object.fromEntries(names) : undefined;
  } catch {
    return undefined; // another program of this address wrote it
  }
}

/** What the person reads as the name of a network. */
export function titleIn(stored: readonly StoredNetwork[] | undefined, name: string | undefined): string {
  if (name === undefined) return 'tiny';
  return stored?.find((one) => one.name === name)?.title ?? name;
}

/** How far a file was at a time, in milliseconds. */
export interface Moment {
  readonly done: number;
  readonly at: number;
}

/** Milliseconds before which nobody can tell. */
const SETTLED = 1500;

/** Seconds until everything is there, at the pace so far; undefined if it cannot be told yet. */
export function secondsLeft(first: Moment, now: Moment, total: number): number | undefined {
  const [time, brought] = [now.at - first.at, now.done - first.done];
  if (time < SETTLED || brought <= 0 || total <= 0) return undefined;
  return (((total - now.done) / brought) * time) / 1000;
}
