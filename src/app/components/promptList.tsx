/** The prompts as a list, to read and to delete. */
import type { Prompt } from '../state/prompts.ts';
import { count } from '../words.ts';
import { useApp } from './context.tsx';

const where = (numbers: readonly number[]): string => numbers.map(Math.round).join(', ');

const nameOf = (prompt: Prompt): string => {
  if (prompt.kind === 'box') return `Box from ${where(prompt.box.slice(0, 2))} to ${where(prompt.box.slice(2))}`;
  if (prompt.kind === 'mask') return `Mask with ${count(prompt.found.area)} pixels`;
  return `Point ${prompt.label === 1 ? 'on' : 'off'} the object at ${where([prompt.x, prompt.y])}`;
};

export function PromptList() {
  const { pointing, state } = useApp();
  const prompts = state.prompts.value;
  if (prompts.length === 0) return null;
  return (
    <details class="fold">
      <summary>{prompts.length === 1 ? '1 prompt' : `${prompts.length} prompts`}</summary>
      <ol class="prompts" aria-label="Prompts">
        {prompts.map((prompt, index) => (
          <li key={index}>
            <span>{nameOf(prompt)}</span>
            <button
              type="button"
              disabled={!!state.run.value}
              aria-label={`Delete: ${nameOf(prompt)}`}
              onClick={() => pointing.remove(prompt)}
            >
              Delete
            </button>
          </li>
        ))}
      </ol>
    </details>
  );
}
