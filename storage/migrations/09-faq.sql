-- v8 -> v9: Answered questions that are kept

SELECT 1;
