/** Opening a photo: it is shown at once, and encoded in the background. */
import { batch } from '@preact/signals';
import type { Photo } from '../../web.ts';
import { focalOf } from '../../pipeline/camera.ts';
import type { EngineSession } from '../engine.ts';
import { isAbort, problemOf } from '../state/problem.ts';
import { NO_PROMPTS } from '../state/prompts.ts';
import type { ShownPhoto, State } from '../state/state.ts';
import type { Connection } from './connection.ts';

export class Photos {
  /** Session of the photo that is shown. */
  session?: EngineSession;
  private encoding?: AbortController;
  /** Grows with every photo that is opened or closed: what an earlier one still has to tell is not heard. */
  private turn = 0;

  constructor(
    private readonly state: State,
    private readonly connection: Connection,
    /** Called when prompts can be answered. */
    private readonly onReady: () => void,
    /** Called when a session ends: what it has found is forgotten. */
    private readonly onEnd: () => void,
  ) {}

  /** Shows a photo in place of the current one. Prompts and results of that one go. */
  async open(file: Blob & { name?: string }): Promise<void> {
    const { state } = this;
    this.close();
    await this.begin(file, (session) => {
      const shown = shownPhoto(file, session.photo);
      batch(() => {
        state.photo.value = shown;
        this.forgetObjects();
        state.options.value = { ...state.options.value, fov: undefined };
      });
    });
  }

  /** Opens the shown photo in a new engine. Prompts and results stay. */
  async reopen(): Promise<void> {
    const { state } = this;
    const shown = state.photo.value;
    state.problem.value = undefined;
    if (!shown) return;
    this.endSession();
    // What the lost engine could not answer is asked again.
    if (state.answer.value?.candidates.length === 0) state.answer.value = undefined;
    await this.begin(shown.file, () => undefined);
  }

  /** Back to the start. */
  close(): void {
    const { state } = this;
    this.endSession();
    const url = state.photo.value?.url;
    batch(() => {
      state.photo.value = undefined;
      this.forgetObjects();
      state.hover.value = undefined;
      state.result.value = undefined;
      state.problem.value = undefined;
      state.encoding.value = { kind: 'none' };
    });
    if (url) URL.revokeObjectURL(url);
  }

  private forgetObjects(): void {
    const { history, answer, others, current } = this.state;
    history.value = NO_PROMPTS;
    answer.value = undefined;
    others.value = [];
    current.value = 1;
  }

  private endSession(): void {
    this.turn++;
    this.onEnd();
    this.encoding?.abort();
    this.session?.close();
    this.session = undefined;
  }

  /** Opens a file, shows it and encodes it, unless another one is opened meanwhile. */
  private async begin(file: Blob, show: (session: EngineSession) => void): Promise<void> {
    const { turn } = this;
    const { encoding, problem } = this.state;
    encoding.value = { kind: 'running', what: 'Opening the photo', share: 0 };
    try {
      const session = await (await this.connection.engine()).open(file);
      if (turn !== this.turn) return session.close();
      show(session);
      await this.encode(session);
    } catch (error) {
      if (turn !== this.turn || isAbort(error)) return;
      encoding.value = { kind: 'none' };
      problem.value = problemOf('The photo could not be opened', error);
    }
  }

  private async encode(session: EngineSession): Promise<void> {
    const { encoding, said } = this.state;
    this.session = session;
    const stop = (this.encoding = new AbortController());
    encoding.value = { kind: 'running', what: 'Looking at the photo', share: 0 };
    let event: string | undefined;
    await session.encode({
      signal: stop.signal,
      onNotice: (line) => (event = said.value = line),
      onProgress: ({ stage, done, total }) => {
        if (this.session !== session) return;
        const what = event ?? (stage.startsWith('load') ? 'Loading the network' : 'Looking at the photo');
        encoding.value = { kind: 'running', what, share: done / total };
      },
    });
    if (this.session !== session) return;
    encoding.value = { kind: 'done' };
    said.value = 'The photo is ready. Point at an object.';
    this.onReady();
  }
}

function shownPhoto(file: Blob & { name?: string }, photo: Photo): ShownPhoto {
  const { width, height } = photo.original ?? photo;
  const focal = focalOf(photo, {});
  return {
    name: photo.name ?? 'photo',
    file,
    url: URL.createObjectURL(file),
    ...{ width, height },
    decoded: { width: photo.width, height: photo.height },
    fov: (2 * Math.atan(photo.width / 2 / focal.pixels) * 180) / Math.PI,
    isFovKnown: focal.source === 'EXIF',
    notices: photo.notices ?? [],
  };
}
