package relay_test
import ("testing";"fmt";"heraut/catalogue")
func TestList(t *testing.T){
 all:=corpus(t); n:=0
 fmt.Println(len(all))
 for _,a:=range all { 
  if len(catalogue.Terms(a.question).Stems)-1<4 {continue}
  n++
  if n%4!=0 {continue}
  ans:=a.answer; if len(ans)>330 {ans=ans[:330]}
  fmt.Printf("%s\n Q %s\n A %s\n",a.key,a.question,ans)
 }
 fmt.Println(n)
}
