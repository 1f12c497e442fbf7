/** What the frame asks: the cities, and which jobs are at work. */
import { listCities, listJobs, type CityOut, type JobOut } from '@/client'
import { answered, everyItem } from '@/live/asking'

export type City = CityOut

export function cities(): Promise<CityOut[]> {
  return everyItem((after) => answered(listCities({ query: { after, limit: 200 } })))
}

export async function jobsAtWork(): Promise<JobOut[]> {
  const of = async (state: string) =>
    (await answered(listJobs({ query: { state, limit: 50 } }))).items
  const [running, queued] = await Promise.all([of('running'), of('queued')])
  return [...running, ...queued]
}
