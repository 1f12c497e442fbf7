import { frameWords } from '@/frame/words'
import { designWords } from '@/design/words'
import { mapWords } from '@/map/words'
import { homeWords } from '@/stages/home/words'
import { cityWords } from '@/stages/city/words'
import { rehearseWords } from '@/stages/rehearse/words'
import { decideWords } from '@/stages/decide/words'
import { progressWords } from '@/stages/jobs/progressWords'
import { jobsWords } from '@/stages/jobs/words'
import { guideWords } from '@/stages/guide/words'

/** Every text by place; each place keeps its own file beside its pages. */
export const PLACES = {
  frame: frameWords,
  design: designWords,
  map: mapWords,
  home: homeWords,
  city: cityWords,
  rehearse: rehearseWords,
  decide: decideWords,
  jobs: jobsWords,
  progress: progressWords,
  guide: guideWords,
}
