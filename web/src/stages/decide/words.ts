import { defineWords } from '@/words/define'

export const decideWords = defineWords({ zh: { title: '' }, en: { title: '' } })
