/** What the guide asks: the newest run of a city, for the tour to lead to. */
import { listRuns } from '@/client'
import { answered } from '@/live/asking'

export async function newestRun(city: string): Promise<string | undefined> {
  const page = await answered(listRuns({ query: { city, what: 'stress', limit: 1 } }))
  return page.items[0]?.id
}
