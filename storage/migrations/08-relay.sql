-- v7 -> v8: Questions and answers

SELECT 1;
