/** What goes down, in plain words. */
import { useI18n } from 'vue-i18n'
import { big, count } from '@/words/format'
import type { WhatIfOut } from '../data'
import { theNames } from '../naming'

const SHOWN_KINDS = 3

export function useTelling() {
  const { t, te } = useI18n()
  const names = theNames()

  /** Lifelines that lose somebody or something, the worst first. */
  function losses(found: WhatIfOut): { id: string; lost: number }[] {
    const ids = new Set([...Object.keys(found.people), ...Object.keys(found.assets_out)])
    return [...ids]
      .map((id) => ({ id, lost: found.people[id] ?? 0 }))
      .filter((one) => one.lost > 0 || (found.assets_out[one.id] ?? 0) > 0)
      .sort((a, b) => b.lost - a.lost)
  }

  /** How many of which kinds, the most first. */
  function kinds(counts: Record<string, number>): string {
    const all = Object.entries(counts).sort((a, b) => b[1] - a[1])
    const shown = all
      .slice(0, SHOWN_KINDS)
      .map(([kind, n]) => t('city.n_of_kind', { n: count(n), kind: names.value.kind(kind) }))
    const rest = all.slice(SHOWN_KINDS).reduce((sum, [, n]) => sum + n, 0)
    if (rest) shown.push(t('city.n_others', { n: count(rest) }))
    return shown.join(t('city.and'))
  }

  function failed(found: WhatIfOut): string {
    const counts: Record<string, number> = {}
    for (const one of found.asked) counts[one.kind] = (counts[one.kind] ?? 0) + 1
    return kinds(counts)
  }

  function headline(found: WhatIfOut): string {
    const what = failed(found)
    const lost = losses(found).filter((one) => one.lost > 0)
    if (!lost.length) return t('city.head_nobody', { what })
    const parts = lost.map(({ id, lost: people }) => {
      const n = big(people)
      const key = `city.loss.${id}`
      if (found.unit !== 'people') return t('city.loss_assets', { n, line: names.value.line(id) })
      return te(key) ? t(key, { n }) : t('city.loss_other', { n, line: names.value.line(id) })
    })
    return t('city.head', { what, lost: parts.join(t('city.then_comma')) })
  }

  return { losses, kinds, headline }
}
