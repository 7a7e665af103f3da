/** What a click means, and undo, redo and clear. */
import { useApp } from './context.tsx';

export type Tool = 'add' | 'remove' | 'box' | 'pick';

const TOOLS = [
  ['add', 'Add'],
  ['remove', 'Remove'],
  ['box', 'Box'],
  ['pick', 'All masks'],
] as const;

export function PromptTools({ tool, onTool }: { tool: Tool; onTool: (tool: Tool) => void }) {
  const { pointing, state } = useApp();
  const { past, present, future } = state.history.value;
  const isLocked = !!state.run.value;
  return (
    <div class="row tools">
      <div class="group" role="group" aria-label="What a click does">
        {TOOLS.map(([name, title]) => (
          <button key={name} type="button" aria-pressed={tool === name} onClick={() => onTool(name)}>
            {title}
          </button>
        ))}
      </div>
      <div class="group" role="group" aria-label="Changes">
        <button type="button" disabled={isLocked || past.length === 0} onClick={() => pointing.undo()}>
          Undo
        </button>
        <button type="button" disabled={isLocked || future.length === 0} onClick={() => pointing.redo()}>
          Redo
        </button>
        <button type="button" disabled={isLocked || present.length === 0} onClick={() => pointing.clear()}>
          Clear
        </button>
      </div>
    </div>
  );
}
