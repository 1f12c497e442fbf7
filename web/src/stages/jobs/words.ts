import { defineWords } from '@/words/define'

export const jobsWords = defineWords({ zh: { title: '' }, en: { title: '' } })
