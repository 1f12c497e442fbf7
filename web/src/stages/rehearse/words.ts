import { defineWords } from '@/words/define'

export const rehearseWords = defineWords({ zh: { title: '' }, en: { title: '' } })
