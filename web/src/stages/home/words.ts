import { defineWords } from '@/words/define'

export const homeWords = defineWords({ zh: { title: '' }, en: { title: '' } })
