/** Choosing networks, and bringing their files here. */
import { batch } from '@preact/signals';
import type { StageProgress } from '../../web.ts';
import { storedName } from '../../host/web/fileName.ts';
import type { PageWeights } from '../engine.ts';
import { isAbort, problemOf, type Problem } from '../state/problem.ts';
import {
  choiceFrom,
  choiceText,
  createWeightsState,
  engineWeights,
  isSame,
  secondsLeft,
  TINY,
  type Choice,
  type Moment,
  type Offer,
  type Released,
  type StoredNetwork,
} from '../state/weights.ts';

export type WeightFiles = typeof import('../weightFiles.ts');

/** What the page is asked to do when the choice changes. */
interface Page {
  /** Starts an engine with these weights. @returns whether it runs */
  renew(weights: PageWeights): Promise<boolean>;
  /** Shows a problem outside of the dialog. */
  tell(problem: Problem): void;
}

/** A file that is to be stored. */
interface Wanted {
  readonly name: string;
  /** The file, or its address. */
  readonly source: File | string;
  /** Name in the store of what it takes the place of. */
  readonly replaces?: string;
}

/** What is remembered for the next visit. */
const KEY = 'networks';
/** Milliseconds between two updates of the progress. */
const UPDATE = 100;

export class Weights {
  readonly state = createWeightsState();
  private stop?: AbortController;

  constructor(
    private readonly load: () => Promise<WeightFiles>,
    private readonly page: Page,
    private readonly memory: Pick<Storage, 'getItem' | 'setItem'> | undefined,
  ) {}

  /** The weights of the last visit, as far as they are still there; what is not is said. */
  async remembered(): Promise<PageWeights> {
    const choice = choiceFrom(this.memory?.getItem(KEY));
    if (!choice) return engineWeights(TINY);
    const text = 'The tiny networks are used instead.';
    try {
      const names = await (await this.load()).storedNames();
      const kept = Object.entries(choice).filter(([, name]) => names.includes(name));
      const gone = Object.values(choice).filter((name) => !names.includes(name));
      if (gone.length > 0) {
        const what = `The browser no longer has ${new Intl.ListFormat('en').format(gone)}.`;
        this.page.tell({ title: 'Networks that you chose are gone', text: `${what} ${text}` });
      }
      this.state.choice.value = Object.fromEntries(kept);
    } catch (error) {
      const problem = problemOf('', error);
      this.page.tell({ title: 'Networks that you chose cannot be read', text: `${problem.text} ${text}` });
    }
    return engineWeights(this.state.choice.value);
  }

  /** Uses other networks. The photo and its prompts stay. */
  async use(choice: Choice): Promise<void> {
    const { state } = this;
    batch(() => {
      if (!isSame(choice, state.choice.value)) state.former.value = state.choice.value;
      state.choice.value = choice;
      state.said.value = '';
    });
    if (!(await this.page.renew(engineWeights(choice)))) return;
    this.memory?.setItem(KEY, choiceText(choice));
    state.said.value = 'The networks are in use.';
  }

  /** Reads what is stored. */
  async refresh(): Promise<void> {
    const { state } = this;
    try {
      const files = await this.load();
      state.stored.value = await files.listStored();
      state.storage.value = await files.storageState();
    } catch (error) {
      state.stored.value = [];
      this.fail('The stored networks cannot be listed', error);
    }
  }

  /** The networks that their authors have published. */
  async released(): Promise<readonly Released[]> {
    return (await this.load()).released;
  }

  /** Stores files from the disk, one after the other. */
  async add(files: readonly File[]): Promise<void> {
    this.state.problems.value = [];
    await this.bring(files.map((file) => ({ name: file.name, source: file, replaces: storedName(file.name) })));
  }

  /** Asks servers about the files at addresses. @param text addresses, one a line */
  async look(text: string): Promise<void> {
    const { state } = this;
    const addresses = text.split(/\s+/).filter(Boolean);
    if (addresses.length === 0 || state.isLooking.value) return;
    batch(() => {
      state.problems.value = [];
      state.offers.value = [];
      state.isLooking.value = true;
    });
    try {
      const files = await this.load();
      for (const address of addresses) {
        try {
          const found = await files.lookAt(address);
          state.offers.value = [...state.offers.value, ...found];
        } catch (error) {
          this.fail(address, error);
        }
      }
      state.storage.value = await files.storageState();
    } catch (error) {
      this.fail('The addresses cannot be looked at', error);
    } finally {
      state.isLooking.value = false;
    }
  }

  /** Downloads what was found at the addresses. */
  async download(offers: readonly Offer[]): Promise<void> {
    this.state.problems.value = [];
    await this.bring(offers.map(({ file, url, stored }) => ({ name: file, source: url, replaces: stored?.name })));
  }

  /** Goes on with a download that is not complete. */
  async resume({ name, partial }: StoredNetwork): Promise<void> {
    this.state.problems.value = [];
    await this.bring([{ name, source: partial!.url }]);
  }

  /** Stops the download. What has arrived stays. */
  cancel(): void {
    const { work } = this.state;
    if (work.value) work.value = { ...work.value, isStopping: true };
    this.stop?.abort();
  }

  /** Deletes weights from the browser's storage. */
  async remove({ name }: StoredNetwork): Promise<void> {
    const { state } = this;
    state.problems.value = [];
    try {
      await (await this.load()).deleteStored(name);
      state.said.value = `${name} is deleted.`;
    } catch (error) {
      this.fail(name, error);
    }
    await this.refresh();
  }

  /** Asks the browser not to delete the files by itself. */
  async askToKeep(): Promise<void> {
    const { state } = this;
    try {
      const files = await this.load();
      const isKept = await files.askToPersist();
      state.storage.value = await files.storageState();
      state.said.value = isKept
        ? 'The browser keeps the files until you delete them.'
        : 'The browser did not agree. It may do so later, when you have used this page more often or bookmarked it.';
    } catch (error) {
      this.fail('The browser cannot be asked', error);
    }
  }

  private async bring(all: readonly Wanted[]): Promise<void> {
    const { state } = this;
    if (state.work.value) return;
    const stop = (this.stop = new AbortController());
    const brought: string[] = [];
    for (const { name, source, replaces } of all) {
      state.work.value = { file: name, what: 'Opening', done: 0, total: 0, isStopping: false };
      try {
        this.expectUnused(replaces);
        const { keep } = await this.load();
        await keep(source, { signal: stop.signal, onProgress: this.showing(name) });
        brought.push(name);
        state.offers.value = state.offers.value.filter(({ url }) => url !== source);
      } catch (error) {
        if (isAbort(error)) break;
        this.fail(name, error);
      }
    }
    state.work.value = undefined;
    state.said.value = brought.length > 0 ? `Stored: ${brought.join(', ')}.` : '';
    await this.refresh();
  }

  /** A file in use must not be replaced: the engine reads it piece by piece. @throws Error */
  private expectUnused(name: string | undefined): void {
    if (name === undefined || !Object.values(this.state.choice.value).includes(name)) return;
    throw new Error(`${name} is in use. Use other networks first, or give the file another name.`);
  }

  /** Shows the progress of a file. */
  private showing(file: string): (event: StageProgress) => void {
    const { work } = this.state;
    let first: (Moment & { stage: string }) | undefined;
    let shown = 0;
    return ({ stage, done, total }) => {
      const now = { done, at: performance.now() };
      if (first?.stage !== stage) first = { ...now, stage };
      else if (now.at - shown < UPDATE && done < total) return;
      shown = now.at;
      const isStopping = work.value?.isStopping ?? false;
      work.value = { file, what: NAMES[stage] ?? stage, done, total, left: secondsLeft(first, now, total), isStopping };
    };
  }

  private fail(what: string, error: unknown): void {
    const { problems } = this.state;
    problems.value = [...problems.value, { ...problemOf(what, error), title: what }];
  }
}

const NAMES: Readonly<Record<string, string>> = {
  download: 'Downloading',
  convert: 'Converting',
  store: 'Storing',
};
