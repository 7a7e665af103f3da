/** Which network plays which role: several are changed at once here, and the engine starts only once. */
import { useState } from 'preact/hooks';
import { ROLES, type Role } from '../../../pipeline/roles.ts';
import { isSame, ROLE_NAMES, type Choice } from '../../state/weights.ts';
import { useApp } from '../context.tsx';

export function RoleChoice() {
  const { weights, state } = useApp();
  const { choice, stored } = weights.state;
  const [changes, setChanges] = useState<Partial<Record<Role, string>>>({});
  const usable = (stored.value ?? []).filter(({ role, fit }) => role !== undefined && fit?.reason === undefined);
  if (usable.length === 0) return null;
  const wanted = wantedOf({ ...choice.value, ...changes });
  return (
    <details class="fold">
      <summary>Which network for what</summary>
      <div class="roles">
        {ROLES.map((role) => (
          <label key={role}>
            <span>{ROLE_NAMES[role]}</span>
            <select
              value={wanted[role] ?? ''}
              onChange={({ currentTarget }) => setChanges({ ...changes, [role]: currentTarget.value })}
            >
              <option value="">tiny</option>
              {usable
                .filter((one) => one.role === role)
                .map(({ name, title }) => (
                  <option key={name} value={name}>
                    {title}, {name}
                  </option>
                ))}
            </select>
          </label>
        ))}
        <button
          type="button"
          class="primary"
          disabled={isSame(wanted, choice.value) || state.engine.value.kind === 'starting'}
          onClick={() => {
            setChanges({});
            void weights.use(wanted);
          }}
        >
          Use these
        </button>
      </div>
    </details>
  );
}

/** Without the roles that have the tiny network. */
const wantedOf = (names: Partial<Record<Role, string>>): Choice =>
  Object.fromEntries(Object.entries(names).filter(([, name]) => name !== ''));
