/** Scenarios of a question, as a job takes them. */
export interface Member {
  scenario?: string
  run?: string
  rate_per_a?: number
}

/** Key of the words for what is wrong with them; undefined where nothing is. */
export function rateFault(members: Member[], needed: boolean): string | undefined {
  const rated = members.filter((one) => one.rate_per_a !== undefined).length
  if (!members.length) return 'pick_one'
  if (needed && rated < members.length) return 'rates_needed'
  return rated > 0 && rated < members.length ? 'rates_all' : undefined
}
