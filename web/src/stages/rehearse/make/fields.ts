/** Which fields of a hazard are shown at once, and how a field's value is read. */
import type { Parameter, Value } from '../data'
import type { Plain } from './doc'

/** The few that matter first, in order; all others stand under "more". */
const FIRST: Record<string, string[]> = {
  earthquake: ['point', 'trace', 'magnitude', 'mechanism'],
  typhoon: ['averaging', 'spread'],
  rain: ['storm', 'return_period_a', 'duration_min', 'drainage_mm_h'],
  river: ['stage_m', 'stands_h'],
  accident: ['lon', 'lat', 'radius_m', 'hours'],
  cutoff: ['lifeline', 'kinds', 'hours'],
  random: ['targets'],
  targeted: ['lifeline', 'worst', 'by', 'hours'],
  heat: ['temperatures_c', 'lifelines', 'peak_factor'],
  cold: ['temperatures_c', 'lifelines', 'peak_factor'],
  cyber: ['systems', 'spread'],
  outbreak: ['epidemic', 'staff'],
  field: ['measure', 'unit', 'events'],
  given: ['path'],
}

/** Fields that a control of their own says, so that no plain field does. */
const DRAWN: Record<string, string[]> = {
  typhoon: ['track'],
  river: ['reach'],
}

/** Of a choice between ways to say the same, those that are only shown where they are said. */
const WHERE_SAID: Record<string, string[]> = {
  earthquake: ['trace', 'point'],
  rain: ['storm', 'return_period_a', 'duration_min'],
}

export function sorted(
  kind: string,
  parameters: Parameter[],
  said: Record<string, Plain>,
): { first: Parameter[]; more: Parameter[] } {
  const usual = FIRST[kind] ?? parameters.filter((one) => one.required).map((one) => one.name)
  // what was picked on the map is seen at once
  const names = 'ids' in said && !usual.includes('ids') ? [...usual, 'ids'] : usual
  const drawn = DRAWN[kind] ?? []
  const shown = (name: string) => !(WHERE_SAID[kind]?.includes(name) ?? false) || name in said
  const first = names.filter(shown).flatMap((name) => parameters.filter((one) => one.name === name))
  const more = parameters.filter((one) => !first.includes(one) && !drawn.includes(one.name))
  return { first, more }
}

/** The shape that a value has, of those it may have. */
export function shapeOf(values: Value[], value: Plain | undefined): Value | undefined {
  if (value === undefined) return values[0]
  const fits = (one: Value) =>
    one.type === 'choice'
      ? one.choices.includes(value as never)
      : one.type === 'number' || one.type === 'integer'
        ? typeof value === 'number'
        : one.type === 'flag'
          ? typeof value === 'boolean'
          : one.type === 'text'
            ? typeof value === 'string'
            : one.type === 'list'
              ? Array.isArray(value)
              : typeof value === 'object' && !Array.isArray(value)
  return values.find(fits) ?? values[0]
}

/** Numbers in a line, parted by commas, spaces or their Chinese kin. */
export function numbersIn(text: string): number[] {
  return text
    .split(/[\s,，、;；]+/)
    .filter(Boolean)
    .map(Number)
    .filter(Number.isFinite)
}

/** Pairs of longitude and latitude, one a line. */
export function pairsIn(text: string): [number, number][] {
  return text
    .split(/\n+/)
    .map(numbersIn)
    .filter((pair): pair is [number, number] => pair.length === 2)
}

/** What an empty entry of a list of tables, or a table that was not said yet, begins with. */
export function fresh(fields: Parameter[]): Record<string, Plain> {
  const made: Record<string, Plain> = {}
  for (const one of fields) {
    if (!one.required) continue
    const value = one.values[0]
    if (one.default !== null) made[one.name] = one.default as Plain
    else if (value?.type === 'table') made[one.name] = fresh(value.fields)
    else if (value?.type === 'choice') made[one.name] = value.choices[0] as Plain
  }
  return made
}
