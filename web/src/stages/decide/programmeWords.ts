/** Words that a programme of measures itself carries, in both languages at once. */

export const ASSUMED = { zh: '（造价为假定）', en: ' (assumed cost)' }

export const strengthen = (named: { zh: string; en: string }) => ({
  zh: `加固${named.zh}`,
  en: `Strengthen ${named.en}`,
})

export const measuresFor = (city: { zh: string; en: string }) => ({
  zh: `措施 · ${city.zh}`,
  en: `Measures for ${city.en}`,
})

/** How titles say that a cost is no real one. */
export const MADE_UP = /假定|虚构|made-up|assumed/i
