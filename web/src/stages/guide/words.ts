import { defineWords } from '@/words/define'

export const guideWords = defineWords({ zh: { title: '' }, en: { title: '' } })
