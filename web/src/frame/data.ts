/** What the frame asks: the cities, and which jobs are at work. */
import { getVersion, listCities, listJobs, listRuns, type CityOut, type JobOut } from '@/client'
import { answered, everyItem } from '@/live/asking'

export type City = CityOut

export function cities(): Promise<CityOut[]> {
  return everyItem((after) => answered(listCities({ query: { after, limit: 200 } })))
}

/** The city that was rehearsed last; where none was, the one made last. */
export async function usualOf(all: City[]): Promise<string | undefined> {
  const { items } = await answered(listRuns({ query: { limit: 1 } }))
  const [newest] = items
  return newest && all.some((one) => one.id === newest.city) ? newest.city : madeLast(all)
}

async function madeLast(all: City[]): Promise<string | undefined> {
  const versions = await Promise.all(
    all.map(({ id, current }) => answered(getVersion({ path: { city: id, number: current } }))),
  )
  return versions.sort((a, b) => b.at.localeCompare(a.at))[0]?.city
}

export async function jobsAtWork(): Promise<JobOut[]> {
  const of = async (state: string) =>
    (await answered(listJobs({ query: { state, limit: 50 } }))).items
  const [running, queued] = await Promise.all([of('running'), of('queued')])
  return [...running, ...queued]
}
